"""Common first names of the world, in English spelling, by the gender they mostly tell."""

from __future__ import annotations

from typing import Final

MALE: Final = frozenset(
    """
    aaron abbas abdel abdul abdulaziz abdullah abe abel abraham abu adam adamu adel adnan adrian
    ahmad ahmed ahmet akbar akio akira al alan alain albert alberto aldo alec alejandro
    aleksandr alessandro alex alexander alexandre alexei alexis alfonso alfred alfredo ali
    alistair allan allen alonso alvin amir amit amos anand anatoly anders andré andre andreas
    andrei andres andrew andrey andrzej andy angel angus anil anthony anton antonio antony anwar
    archie ari ariel armand armando arnaud arnold art arthur arturo arun ashraf asif ashok atal
    august augusto avi avigdor axel ayman aziz babatunde barack barry bart bashar bassam ben
    benedict benito benjamin benny bernard bernardo bernie bert bill billy bjorn blaise bo bob
    bobby boris boutros brad bradley brandon brendan brent bret brett brian bruce bruno bryan
    burt caesar caleb calvin carl carlo carlos carlton casey cecil cedric cesar chad charles
    charlie chen chester chip chris christian christoph christophe christopher chuck cyril
    claude claudio clay clayton clement cliff clifford clint clinton colin conor conrad corey
    cory craig curt curtis cyrus dale damian damien dan daniel danilo danny dante darren darryl
    daryl dave david davis dean denis dennis derek desmond dick diego dieter dietrich dimitri
    dirk dmitri dmitry dom dominic dominique don donald donny doug douglas drew duane duncan
    dustin dwayne dwight earl ed eddie edgar edmond edmund eduardo edward edwin efraim ehud
    eitan eli elias elie elijah elliot elliott elon emanuel emil emile emilio emmanuel enrique
    enzo eric erik ernest ernesto ernst erwin esteban ethan eugene evan evo ezra fabian fabio
    fadi fahd faisal faiz farid farouk fayez federico felipe felix ferdinand fernando fidel
    filip florian floyd francesco francis francisco franco francois françois frank franklin
    franz fred freddie frederic frederick frederik friedrich gabriel gamal garry gary gavin gene
    geoff geoffrey george georges georgi georgy gerald gerard gerhard gerry ghassan gideon gil
    gilbert gilles giorgio giovanni giulio giuseppe glen glenn gonzalo gordon graham grant greg
    gregg gregor gregory guido guillaume guillermo gunther gus gustav gustavo guy habib hafez
    hakan hakim hal hamad hamid hamza hank hans harold haris harry harvey hasan hashim hassan
    hector heinrich heinz helmut henri henrik henry herbert herman hermann hideo hiroshi hosni
    howard hubert hugh hugo hussein ian ibrahim idris ignacio igor ilan ilham ilya imad imran
    ira isaac ismail israel ivan ivo jack jackson jacob jacques jaime jair jake jakob jamal
    james jamie jan janez jared jaroslaw jason javad javier jay jean jeb jeff jefferson jeffrey
    jens jeremy jerome jerry jesse jesus jim jimmy jiri joachim joao joaquin joe joel joerg joey
    johan johann johannes john johnny jon jonas jonathan jordan jorge jose josé josef joseph
    josh joshua josip juan judd jules julian julio julius jun jurgen jürgen justin kamal karel
    karim karl kazuo keir keith kelvin ken kenji kenneth kenny kent kevin khaled khalid khalil
    kim kirk klaus kofi konrad konstantin kris kurt kwame kyle lamar lance larry lars laszlo
    laurence laurent lawrence lech lee leif len lenny leo leon leonard leonardo leonid leopold
    leroy les leslie lev levi lewis liam lindsey lionel lloyd logan lorenzo lou louis luc luca
    lucas luigi luis luiz lukas luke mahmood mahmoud majid malcolm malik manfred manmohan manuel
    marc marcel marcelo marco marcos marcus marek mario marius mark markus marshall martin marty
    marvin marwan mateo mateusz mathias matt matteo matthew matthias maurice mauricio mauro max
    maxim maximilian maxime mehdi mehmet mel menachem michael michal michel mick miguel mihai
    mike mikhail mikheil milan miles milos milton mitch mitchell mitt mohamed mohammad mohammed
    mohamud morgan moritz morris moshe muammar muhammad muhammadu murat murray mustafa najib
    nabil naftali narendra nasser nate nathan nathaniel ned neil nelson nestor nicholas nick
    nicola nicolae nicolas niels nigel nikita nikola nikolai nikolas nils noah noel norbert
    norman nuri olaf oleg oliver olivier olusegun omar orlando oscar osama oskar oswald otto
    owen pablo paddy paolo pascal pat patrick patrik paul paulo pavel pavlo pedro per percy
    perry pervez pete peter petr petro phil philip philippe phillip pierre pieter piotr preston
    qasem qassem rafael rafic rafiq rahul rainer raj rajiv ralf ralph ramon ramzan rand randall
    randolph randy raphael raul ravi ray raymond rashid recep reggie reinhard reinhold rene
    reuben rex reza ricardo riccardo rich richard rick ricky riyad rob robbie robby robert
    roberto robin rod roderick rodney rodrigo roger rohit roland rolf roman romano ron ronald
    ronan ronnie rory ross roy rubén ruben rudolf rudy rupert russ russell ryan saad sad sadiq
    saeb saeed salah saleh salem salim salman salvador salvatore sam sami samir samuel sanjay
    santiago saul scott sean sebastian sebastien serge sergei sergey sergio seth seymour shane
    sharif shaul shaun shawn sherman shimon shinzo sid sidney silvio simon slobodan spencer stan
    stanislav stanley stefan stefano steffen stephane stephen steve steven stewart stu stuart
    sundar suresh sven sylvester taher tariq tarek tayyip ted tedros terence terry thabo
    thaddeus theo theodore thierry thomas tim timothy tito toby todd tom tomas tomasz tommy tony
    travis trent trevor tyler tzachi umar uri vaclav valery vernon vic vicente victor vidkun
    viktor vince vincent vincenzo vinod virgil vito vitali vladimir volker volodymyr wade
    waldemar wallace walt walter warren wayne wen werner wes wesley wilbur wilfred wilhelm will
    willem william willie willy winston wolfgang woodrow xavier xi yair yahya yang yaakov yasser
    yasir yehuda yevgeny yitzhak yoav yoni yosef yossi yousef youssef yuri yves yoshihide zac
    zach zachary zaid zakaria zalmay zayed ziad zoran zygmunt zhou itamar bezalel ismael antónio
    luís jean-claude jean-marc jean-luc jean-pierre hans-dietrich
    """.split()
)
FEMALE: Final = frozenset(
    """
    abby abigail ada adela adele adriana agatha agnes agnieszka aicha aida aileen aisha
    alejandra alessandra alexandra alexandria alice alicia alina alison allison alma alyssa amal
    amanda amara amber amelia amelie amina amira amy ana anastasia andrea angela angelica
    angelina anita ann anna annabel anne annette annie annika antonia april ariana arlene asha
    ashley asma astrid audrey aung ayelet ayesha azadeh barbara beata beatrice beatriz becky
    belinda benazir bernadette bertha beth bethany betsy betty beverly bianca birgit blanca
    bonnie brenda bridget brigitte brittany caitlin camila camilla camille candace cara carla
    carly carmen carol carolina caroline carolyn carrie cassandra cassidy catalina catarina
    catherine cathy cecilia celeste celia celine chantal charlene charlotte chelsea cherie
    cheryl chiara chloe christiane christina christine chrystia cindy claire clara clare claudia
    claudette colleen condoleezza connie constance consuelo corazon cornelia cristina crystal
    cynthia dagmar daisy dana daniela danielle daphne darlene dawn debbie deborah debra deirdre
    delia denise diana diane dilma dina dolores donna dora doreen doris dorothy ebony edith edna
    eileen elaine eleanor elena elisa elisabeth elise eliza elizabeth ella ellen ellie elsa
    emilia emily emma erica erika erin ernestine esmeralda estelle esther eunice eva eve evelyn
    fadwa faith farah fatima fatma fatou federica felicia felicity fiona florence frances
    francesca francine frauke frida gabriela gabriella gabrielle gail gemma geneviève georgia
    geraldine gertrude gigi gillian gina ginny giorgia giulia gladys glenda gloria golda gorana
    grace greta gretchen gro guadalupe gwen gwendolyn haifa haley hana hanan hannah harriet
    hazel heather hedwig heidi heike helen helena helene helga helle hilary hilda hillary holly
    hope huma ida ilana ilhan imelda indira ines ingrid inga irene irina iris irma isabel
    isabella isabelle ivana ivanka ivy jacinda jackie jacqueline jade jamila jana jane janet
    janice janine jasmine jean jeanette jeanne jen jenna jennifer jenny jessica jessie jill jo
    joan joanna joanne jocelyn jodi josephine josefina joy joyce juanita judith judy julia
    juliana julianne julie juliet juliette june justine kaja kamala karen karin karina karla
    kate katarina katerina katharina katherine kathleen kathryn kathy katie katja katrina katy
    kayla kayleigh kellyanne keiko kendra kerry khadija kimberly kirsten kirstjen kristalina
    kristen kristi kristin kristina krystyna laila lana laura laure lauren lea leah leila lena
    leona leonie lesley leticia leyla lily lilian lillian lina linda lindsay lisa liu liv liz
    liza lois lola loretta lorraine louisa louise lourdes lucia lucinda lucille lucy ludmila
    luisa lupita lydia lyn lynda lynn lynne mabel madeleine madeline madison magda magdalena
    maggie mairead malala mandy manal manuela mara marcela marcia margaret margarita margrethe
    margot maria mariam marian mariana marianne marie mariel marilyn marina marine marisa
    marissa marjorie marlene marta martha martina mary maryam maureen maxine may maya medea
    megan meghan melania melanie melinda melissa mercedes meredith merkel mette mia michaela
    michele michelle mildred mina miranda miriam moira molly mona monica monika monique muriel
    myra myriam nabila nadia nadine nana nancy naomi natalia natalie natasha nathalie neha
    nicole nigella nikki nina nora noor noreen norma nur octavia olena olga olivia ophelia oprah
    orla paige pam pamela parvati patricia patty paula paulette paulina pauline pearl peggy
    penelope penny petra phoebe phyllis polly portia priscilla priti priya queen rachel ramona
    rana rania raquel rebecca regina renata renee rhonda rima rita roberta rochelle rosa
    rosalind rosalynn rosario rose rosemary roxanne ruth sabina sabine sabrina sadie sahar sally
    samantha samia sana sandra sara sarah saskia serena shari sharon sheila shelley sherry
    sheryl shirin shirley sigrid silvia simone sinead siobhan sofia sonia sonja sophia sophie
    stacey stacy stefania stella stephanie sue sumaya susan susana susanna susanne suzanne suzy
    svetlana sybil sylvia sylvie tamar tamara tammy tanya tara tatiana teresa teri tess thelma
    theresa therese tiffany tina tracey tracy tricia trish tzipi ulrike uma ursula valentina
    valeria valerie vanessa vera veronica veronika vicki vicky victoria viola violet virginia
    viviane vivian wanda wendy whitney wilhelmina wilma winifred xenia yael yasmin yasmine
    yelena yolanda yulia yvette yvonne zahra zainab zara zeinab zelda zoe zofia zsuzsa zuzana
    oksana iryna ljubica samantha francesca nikki
    """.split()
)
