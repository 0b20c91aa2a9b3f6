"""Common first names of the world, in English spelling, by the gender they mostly tell."""

from __future__ import annotations

from typing import Final

MALE: Final = frozenset(
    """
    aaron abbas abdel abdul abdulaziz abdullah abe abel abraham abu adam adamu adel adnan adrian
    ahmad ahmed ahmet aidan ainsley akbar akio akira al alain alan alasdair alban albert alberto
    alden aldo alec alejandro aleks aleksander aleksandr alessandro alessio alex alexander alexandre
    alexei alexis alfie alfonso alfred alfredo algernon ali alistair allan allen alois alonso
    aloysius alvin ambrose amir amit amos anand anatoly anders andre andreas andrei andres andrew
    andrey andrzej andré andy angel angelo angus anil anirudh ansel anselm anthony anton antonio
    antony antónio anwar archie ari ariel arjun armand armando armin arnaud arne arnold arsen art
    artem arthur arturo arun arvid asa asher ashok ashraf ashton asif atal atif august augustin
    augusto aurelio avi avigdor axel ayman azim aziz babar babatunde baltasar barack barnaby barry
    bart bashar basil bassam bastien bela ben benedict benito benjamin benny beppe bernard bernardo
    bernie bert bertram bertrand bezalel bharat bilal bill billy bjorn blaise bo bob bobby bogdan
    boleslaw boris boutros brad bradley brandon brendan brent bret brett brian bruce bruno bryan
    burhan burt caesar caleb calvin carl carlo carlos carlton casey caspar cecil cedric cesar cezary
    chad charles charlie chen chester chidi chinedu chip chris christian christoph christophe
    christopher chuck claude claudio clay clayton clemens clement cliff clifford clint clinton
    clovis colin colm connor conor conrad corey cormac cory cosmo craig curt curtis cyprian cyril
    cyrus dag daisuke dale damian damien dan daniel danilo danny dante dario darren darryl daryl
    dave david davis davit dean declan deepak delroy denis dennis denys derek dermot desmond dhruv
    dick didier diego dieter dietrich dimitri dinesh dino dirk dmitri dmitry dom dominic dominique
    don donal donald donny donovan doug douglas dragan drew duane duncan dusan dustin dwayne dwight
    eamon eamonn earl ed eddie edgar edmond edmund edmundo edoardo eduardo edvard edward edwin
    efraim egor ehud einar eino eitan eli elias elie elijah elio elliot elliott elon elton emanuel
    emeka emil emile emilio emmanuel emre endre enoch enrique enzo ephraim erdem eric erik ernest
    ernesto ernie ernst errol erwin esa eskil esteban ethan etienne euan eugene evan evander evgeny
    evo ezra fabian fabio fabrice fabrizio fadi fahd faisal faiz farhan farid farouk faustin fayez
    federico felipe felix ferdinand fergus fermin fermín fernando fidel filip finlay finn florian
    floyd francesco francis francisco franco francois frank franklin franz françois fred freddie
    frederic frederick frederik fredrik friedrich gabriel gamal garry gary gaston gavin gene gennady
    geoff geoffrey georg george georges georgi georgy gerald gerard gerardo gerhard gerry ghassan
    gideon gil gilbert giles gilles giorgio giovanni girish giulio giuseppe gleb glen glenn godfrey
    gonzalo goran gordon gottfried graeme graham grant greg gregg gregor gregory guido guillaume
    guillermo gunnar gunther gus gustav gustavo guy habib hafez hakan hakim hal hamad hamid hamza
    hank hannes hans hans-dietrich harald hari haris harish harold harry haruto harvey hasan hashim
    hasnain hassan haydar hector heinrich heinz helmut hemant henri henrik henry herbert herman
    hermann hideo hiroshi horst hosni howard hubert hugh hugo humphrey husam hussain hussein iain
    ian ibrahim idris ignacio igor ikram ilan ilham ilya imad imran inder ira isaac isidro ismael
    ismail israel issa itamar itay ivan ivo jabir jacek jack jackson jacob jacques jafar jaime jair
    jairo jake jakob jamal james jamie jan janez janos jared jaroslav jaroslaw jarrod jason jaume
    javad javed javier jay jean jean-claude jean-luc jean-marc jean-pierre jeb jeff jefferson
    jeffrey jens jeremy jerome jerry jesper jesse jesus jibril jim jimmy jiri joachim joao joaquin
    joaquín jochen joe joel joerg joey johan johann johannes john johnny jon jonas jonathan jordan
    jorge jorn jose josef josep joseph josh joshua josip josé jozef juan judd juergen jukka jules
    julian julio julius juma jun junichi jurgen justin jürgen kabir kacha kaito kamal karel karim
    karl karol kaspar kazuo keir keith kelvin ken kenji kenneth kenny kent kerem kevin khaled khalid
    khalil kieran kim kirk kjell klaus kofi konrad konstantin kris kristof kurt kwabena kwame kyle
    lachlan ladislav lamar lance larry lars lasha laszlo laurence laurent lawrence lazar leandro
    lech lee leif len lennart lenny leo leon leonard leonardo leonid leopold leroy les leslie lev
    levan levi lewis liam lindsey lionel lloyd logan lorcan lorenzo lothar lou louis luc luca lucas
    lucien ludwig luigi luis luiz luka lukas luke luís maciej magnus mahmood mahmoud majid malcolm
    malik manfred manmohan mansour manuel marat marc marcel marcelo marcin marco marcos marcus marek
    mariano mario marius mark marko markus marshall marten martin marty marvin marwan massimo matej
    mateo mateusz mathias mathieu matt matteo matthew matthias maurice mauricio mauro max maxim
    maxime maximilian mehdi mehmet mel menachem michael michal michel mick miguel mihai mikael mike
    mikhail mikheil milan miles milos miloš milton mirko mitch mitchell mitt mohamed mohammad
    mohammed mohamud mohan mohsen moises morgan moritz morris moshe muammar muhammad muhammadu murad
    murat murray mustafa nabil nadir naftali najib narendra nasser nate nathan nathaniel naveed
    navid ned neil nelson nestor neville niall nicholas nick nicola nicolae nicolas niels nigel
    nikhil nikita niklas nikola nikolai nikolaos nikolas nils noah noel norbert norman nuno nuri
    obinna olaf oleg oleksandr oliver olivier olof olusegun omar orhan orlando osama oscar oskar
    osman oswald otto ousmane owen paavo pablo paddy padraig paolo pascal pat patrick patrik paul
    paulo pavel pavlo pedro pekka per percy perry pervez petar pete peter petr petro petros phil
    philip philippe phillip pierre pieter piotr prakash pranav preston qasem qasim qassem quentin
    radek radoslav rafael rafal rafi rafic rafiq raghav rahul rainer raj rajesh rajiv ralf ralph
    ramesh ramiro ramon ramzan ramón rand randall randolph randy ranjit raphael rashid rasmus raul
    ravi ray raymond raza recep reggie reinhard reinhold remy renato rene reuben rex reza ricardo
    riccardo rich richard rick ricky riyad roald rob robbie robby robert roberto robin rod roderick
    rodney rodrigo roger rohit roland rolf romain roman romano ron ronald ronan ronnie rory ross roy
    ruben rubén rudolf rudy rune rupert russ russell rustam ryan saad sad sadiq saeb saeed saif
    salah saleh salem salim salman salvador salvatore sam sami samir samuel sandeep sandor sanjay
    santiago saul scott sean sebastian sebastien selim serge sergei sergey sergio seth seymour
    shahid shane sharif shaul shaun shawn sheldon sherman shimon shinji shinzo shlomi sid sidney
    sigurd silvio simon slavko slobodan soren spencer stan stanislav stanley stefan stefano steffen
    stellan stephane stephen steve steven stewart stig stu stuart suleiman sundar sunil suresh sven
    sylvester taavi tadeusz taher takashi takeshi taras tarek tariq tatsuo tayyip ted tedros teemu
    teodor terence terrence terry thabo thaddeus theo theodore thibault thierry thomas thorsten
    tiago tibor tim timo timothy timur tito toby todd tom tomas tomasz tommaso tommy tony torsten
    travis trent trevor tristan tunde tuomas tyler tzachi ulrich umar umberto uri uriel uwe vaclav
    vadim vakhtang valentin valery vasily vasyl venkat vernon vic vicente victor vidkun vikram
    viktor viktoras vince vincent vincenzo vinod virgil vitali vitaly vito vlad vladimir vladislav
    vojtech volker volodymyr wade waldemar walid wallace walt walter warren wayne wen wenceslas
    werner wes wesley wilbur wilfred wilhelm will willem william willie willy wim winston witold
    wojciech wolfgang woodrow xavier xi yaakov yahya yair yang yannick yaron yaroslav yasir yasser
    yehuda yevgeny yiannis yitzhak yoav yonatan yoni yosef yoshihide yossi yousef youssef yuri yusuf
    yves zac zach zachary zafar zaid zakaria zalmay zayed zbigniew zdenek zeev zhou ziad zoltan
    zoran zubair zurab zygmunt
    """.split()
)
FEMALE: Final = frozenset(
    """
    abby abigail ada adaeze adela adelaide adele adriana agata agatha agnes agnieszka aicha aida
    aiko aileen aisha aisling akiko alana alba alejandra aleksandra alessandra alexandra alexandria
    alice alicia alina alison allison alma althea alva alyssa amal amanda amara amber amelia amelie
    amina amira amy ana anahit anastasia andrea angela angelica angelina anita anja ann anna annabel
    anne annegret anneliese annelise annette annie annika anouk antonella antonia anya apinya april
    ariana arlene asha ashley asma astrid audrey aung aurelie ava ayelet ayesha aygul aylin azadeh
    barbara bea beata beatrice beatriz becky belinda benazir berit bernadette bertha beryl beth
    bethany betsy betty beverly bianca birgit birgitta bisi blanca bonnie bozena brenda bridget
    brigid brigitte britta brittany bronwyn caitlin camila camilla camille candace candice cara
    carla carly carmela carmen carol carolina caroline carolyn carrie cassandra cassidy catalina
    catarina caterina catherine cathy cecile cecilia celeste celia celine chantal charlene charlotte
    chelsea cherie cheryl chiamaka chiara chloe christa christiane christina christine chrystia
    cindy claire clara clare clarice claudette claudia clemence colette colleen concepcion
    condoleezza connie constance consuelo corazon cordelia corinne cornelia cristina crystal cynthia
    dagmar dagny daisy dana daniela danielle daphne daria darlene dawn debbie deborah debra deirdre
    delia delphine denise diana diane dilma dina dolores dominika donatella donna dora doreen doris
    dorothea dorothy ebba ebony edith edna edwina eileen elaine eleanor elena eleni elif elisa
    elisabeth elise eliza elizabeth elke ella ellen ellie elodie eloise elsa elspeth elvira emilia
    emily emma emmanuelle enid erica erika erin ernestine esmeralda esperanza estelle esther eugenia
    eunice eva eve evelyn ewa fadia fadwa faith faiza farah farida farzana fatima fatma fatou
    federica felicia felicity fernanda fiona flavia flora florence frances francesca francine
    francoise frauke freya frida gabriela gabriella gabrielle gail gemma genevieve geneviève georgia
    georgina geraldine gertrud gertrude ghada gigi gillian gina ginny giorgia giovanna gisela giulia
    gladys glenda gloria golda gorana grace greta gretchen gro guadalupe gudrun gwen gwendolyn
    hadiza haifa hala haley halina hana hanan hanna hannah harriet hazel heather hedda hedwig heidi
    heike helen helena helene helga helle henrietta hermine hilary hilda hildegard hillary hina
    holly hope huda huma ida ilana ilhan ilse imelda imogen indira ines inga inge ingeborg ingrid
    inna ioana ioanna iona irena irene irina iris irma irmgard iryna isabel isabella isabelle ivana
    ivanka ivy jacinda jackie jacqueline jade jadwiga jamila jana jane janet janice janine jasmin
    jasmine jean jeanette jeanie jeanne jelena jen jenna jennifer jenny jessica jessie jill jitka jo
    joan joana joanna joanne jocelyn jodi johanna jolanta josefina josephine joy joyce juana juanita
    judith judy julia juliana julianne julie juliet juliette june justine kaja kamala kamila karen
    karin karina karla karolina katarina katarzyna kate katerina katharina katherine kathleen
    kathryn kathy katie katja katrin katrina katy katya kavita kayla kayleigh keiko kellyanne kendra
    kerry khadija kimberly kinga kirsten kirstjen klara kristalina kristen kristi kristin kristina
    krystyna laila lakshmi lana lara larissa latifa latoya laura laure lauren lea leah leena leila
    lena leona leonie leonor lesley leticia leyla lidia liesel lila lilian liliana lillian lily lina
    linda lindsay linnea lisa liu liv livia liz liza ljubica lois lola lorena loretta lorna lorraine
    lotte louisa louise lourdes lubna lucia luciana lucille lucinda lucy ludmila luisa lupita luz
    lydia lyn lynda lynn lynne mabel madeleine madeline madhu madison magda magdalena maggie maha
    mairead maja malala malgorzata malin manal mandy manuela mara marcela marcia margaret margarita
    margit margot margrethe marguerite maria mariam marian mariana marianne marie mariel mariella
    marika marilyn marina marine marisa marisol marissa marit marjorie marlene marlies marta martha
    martina mary maryam matilda maud maureen mavis maxine may maya medea megan meghan melania
    melanie mele melinda melissa mercedes meredith merkel meryem mette mia michaela michele michelle
    mila mildred milena millicent mina mira miranda mireille miriam moira molly mona monica monika
    monique morag muriel myra myriam nabila nadezhda nadia nadine nadja naledi nana nancy naomi
    narges natalia natalie natasha nathalie nawal nazanin neha nell nelly nicole nigella nikki
    nilufa nilufar nina nirmala nisha noemi noor nora noreen norma nur nuria núria octavia odette
    oksana olena olga olivia oonagh ophelia oprah orla orna ottilie paige paloma pam pamela parvati
    patricia patty paula paulette paulina pauline pearl peggy penelope penny perpetua petra philippa
    phoebe phyllis pia pilar polina polly pooja portia priscilla priti priya queen rachel raisa
    ramona rana rania raquel rebecca reem regina renata renate renee rhiannon rhonda rima rina rita
    roberta rochelle rocio roksana rosa rosalie rosalind rosalynn rosamund rosario rose roselyn
    rosemary rosie roxana roxanne rukhsana ruth ruxanda ruxandra sabina sabine sabrina sadia sadie
    sahar saima sally salma samantha samia samira sana sandra sania sara sarah saskia selma serena
    shabana shanta shari sharon sheila shelley sherry sheryl shirin shirley sian sibylle sigrid
    silke silvia simone sinead siobhan sofia solange solveig sonia sonja sophia sophie soraya stacey
    stacy stefania stella stephanie sue sumaya sunniva susan susana susanna susanne suzanne suzy
    svetlana sybil sylvia sylvie tabitha tahira tamar tamara tamika tammy tamta tania tanya tara
    tatiana tatyana teresa teri tess thelma theodora theresa therese thora tiffany tilda tilly tina
    tova tracey tracy tricia trish trudy tsering tzipi ulrike uma ursula valentina valeria valerie
    vanda vanessa vera verena verity veronica veronika vicki vicky victoria viktoria viola violet
    violeta virginia vivian viviana viviane wafa wanda wendy whitney wilhelmina wilma winifred xenia
    yael yana yara yasmin yasmine yelena yolanda yukiko yulia yuliya yvette yvonne zahra zainab zara
    zdenka zehra zeinab zelda zoe zofia zsofia zsuzsa zsuzsanna zuzana
    """.split()
)
